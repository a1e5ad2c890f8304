package io.walferry.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * What proves to a server who we are: a certificate with its chain and its key, or a PKCS #12 file
 * that holds both.
 *
 * @param password of the key, if it is encrypted
 */
record ClientCertificate(
    Optional<Path> certificate, Optional<Path> key, Optional<Secret> password) {

  /** Keys for TLS; the certificate is shown only to a server that knows its authority. */
  KeyManager[] keyManagers() throws GeneralSecurityException {
    char[] unused = {};
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    Optional<Path> pkcs12 = key.filter(ClientCertificate::isPkcs12);
    if (pkcs12.isPresent()) {
      char[] secret = password.map(it -> it.reveal().toCharArray()).orElse(unused);
      managers.init(pkcs12Store(pkcs12.get(), secret), secret);
    } else {
      managers.init(store(unused), unused);
    }
    return managers.getKeyManagers();
  }

  private static boolean isPkcs12(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".p12") || name.endsWith(".pfx");
  }

  private static KeyStore pkcs12Store(Path file, char[] secret) throws GeneralSecurityException {
    PrivateKeyFile.checkPermissions(file);
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, secret);
      return store;
    } catch (IOException e) {
      throw TlsFactory.unusable(
          "sslkey: cannot read the PKCS #12 file " + file + ", or sslpassword does not open it", e);
    }
  }

  private KeyStore store(char[] secret) throws GeneralSecurityException {
    Path certificateFile =
        certificate.orElseThrow(
            () -> TlsFactory.unusable("sslkey is given without a certificate: add sslcert"));
    Path keyFile =
        key.orElseThrow(
            () ->
                TlsFactory.unusable(
                    "the certificate "
                        + certificateFile
                        + " has no key: name it with sslkey, or place it at"
                        + " ~/.postgresql/postgresql.key"));
    Certificate[] chain = TlsFactory.certificates("sslcert", certificateFile);
    PrivateKey read = new PrivateKeyFile(keyFile, password).read(chain[0].getPublicKey());
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw TlsFactory.unusable("the Java runtime cannot hold keys", e);
    }
    store.setKeyEntry("client", read, secret, chain);
    return store;
  }
}
