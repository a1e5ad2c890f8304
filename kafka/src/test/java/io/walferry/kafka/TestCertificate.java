package io.walferry.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A certificate for 127.0.0.1, and for no name, that vouches for itself.
 *
 * @param keyStore PKCS #12
 * @param pem the certificate
 * @param key PEM, PKCS #8
 */
record TestCertificate(Path keyStore, Path pem, Path key) {
  private static final String PASSWORD = "of-the-store";

  /** Made by {@code keytool}. */
  static TestCertificate make(Path directory, String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    Path pem = directory.resolve(name + ".pem");
    keytool(
        "-genkeypair -keyalg EC -groupname secp256r1 -validity 30 -storetype PKCS12",
        store,
        "-dname",
        "CN=" + name,
        "-ext",
        "SAN=ip:127.0.0.1");
    keytool("-exportcert -rfc", store, "-file", pem.toString());
    return new TestCertificate(store, pem, writeKey(store, directory.resolve(name + ".key")));
  }

  private static void keytool(String action, Path store, String... more) throws Exception {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    words.addAll(List.of(action.split(" ")));
    words.addAll(List.of("-alias", "it", "-keystore", store.toString(), "-storepass", PASSWORD));
    words.addAll(List.of(more));
    Process tool = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(tool.getInputStream().readAllBytes(), US_ASCII);
    assertEquals(0, tool.waitFor(), said);
  }

  private static Path writeKey(Path store, Path file) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream contents = Files.newInputStream(store)) {
      keys.load(contents, PASSWORD.toCharArray());
    }
    byte[] key = keys.getKey("it", PASSWORD.toCharArray()).getEncoded();
    String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(key);
    return Files.writeString(
        file, "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n".formatted(text));
  }

  /** What a broker is told that shows this certificate, and knows itself by it. */
  Map<String, String> brokerSettings() {
    return Map.of(
        "ssl.keystore.type",
        "PKCS12",
        "ssl.keystore.location",
        keyStore.toString(),
        "ssl.keystore.password",
        PASSWORD,
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        pem.toString());
  }
}
