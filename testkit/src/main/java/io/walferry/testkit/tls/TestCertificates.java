package io.walferry.testkit.tls;

import io.walferry.testkit.internal.BinaryCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Certificates made by the JDK's keytool, once for this user: an authority {@code ca} with {@code
 * server} (for localhost), {@code broker} (for 127.0.0.1) and the clients {@code rsa} and {@code
 * ec}; and another, {@code other}, with the client {@code stranger}.
 */
public final class TestCertificates {
  /** Of keytool's file and of {@link #pkcs12}. */
  public static final String PASSWORD = "changeit";

  /** In the cache; takes another name when other certificates are made. */
  private static final String MADE = "certificates-1";

  private static final String FILE = "all.p12";
  private static final List<String> AUTHORITY = List.of("-ext", "bc:c");

  private final Path directory;
  private final KeyStore store;

  private TestCertificates(Path directory, KeyStore store) {
    this.directory = directory;
    this.store = store;
  }

  /** Copies them to a directory. */
  public static TestCertificates make(Path directory) throws IOException, GeneralSecurityException {
    Path made = BinaryCache.ofThisUser().directory(MADE, TestCertificates::makeAll);
    Path file = Files.copy(made.resolve(FILE), directory.resolve(FILE));
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return new TestCertificates(directory, store);
  }

  private static void makeAll(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    keyPair(file, "ca", "RSA", AUTHORITY);
    keyPair(file, "other", "EC", AUTHORITY);
    keyPair(file, "server", "RSA", List.of("-signer", "ca", "-ext", "san=dns:localhost"));
    keyPair(file, "broker", "EC", List.of("-signer", "ca", "-ext", "san=ip:127.0.0.1"));
    keyPair(file, "rsa", "RSA", List.of("-signer", "ca"));
    keyPair(file, "ec", "EC", List.of("-signer", "ca"));
    keyPair(file, "stranger", "EC", List.of("-signer", "other"));
  }

  private static void keyPair(Path file, String name, String algorithm, List<String> more)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    words.addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name));
    words.addAll(List.of("-keyalg", algorithm, "-validity", "3650"));
    words.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12"));
    words.addAll(List.of("-storepass", PASSWORD));
    words.addAll(more);
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("keytool failed: " + output);
    }
  }

  /** A file with the certificate, in PEM, as {@code sslcert} and {@code sslrootcert} take it. */
  public Path pem(String fileName, String name) throws IOException, GeneralSecurityException {
    return write(fileName, armoured("CERTIFICATE", store.getCertificate(name).getEncoded()));
  }

  /** A file with the key as current OpenSSL writes it: PKCS #8 in PEM. */
  public Path keyPem(String fileName, String name) throws IOException, GeneralSecurityException {
    return write(fileName, armoured("PRIVATE KEY", key(name)));
  }

  /** A file with the key in DER. */
  public Path keyDer(String fileName, String name) throws IOException, GeneralSecurityException {
    return write(fileName, key(name));
  }

  /** A PKCS #12 file with certificate and key, under {@link #PASSWORD}. */
  public Path pkcs12(String fileName, String name) throws IOException, GeneralSecurityException {
    char[] password = PASSWORD.toCharArray();
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, password);
    one.setKeyEntry(name, store.getKey(name, password), password, store.getCertificateChain(name));
    Path file = write(fileName, new byte[0]);
    try (OutputStream out = Files.newOutputStream(file)) {
      one.store(out, password);
    }
    return file;
  }

  private byte[] key(String name) throws GeneralSecurityException {
    Key key = store.getKey(name, PASSWORD.toCharArray());
    return key.getEncoded();
  }

  private static byte[] armoured(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    String text = "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, body);
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private Path write(String fileName, byte[] content) throws IOException {
    Path file = directory.resolve(fileName);
    Files.write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }
}
