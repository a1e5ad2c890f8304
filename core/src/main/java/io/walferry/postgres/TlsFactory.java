package io.walferry.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.postgresql.PGProperty;
import org.postgresql.jdbc.SslMode;
import org.postgresql.ssl.NonValidatingFactory.NonValidatingTM;
import org.postgresql.ssl.WrappedFactory;
import org.postgresql.util.PSQLException;

/**
 * TLS with the certificates and keys that libpq's users have: the driver's own factory takes fewer
 * kinds of key, and says less of what is wrong. The driver makes one, by its name, for each
 * connection, so files are read again each time. Nobody else should.
 */
public final class TlsFactory extends WrappedFactory {
  /** In the place of a path: the authorities that the Java runtime trusts. */
  static final String SYSTEM = "system";

  /**
   * Takes the driver's properties {@code sslmode}, {@code sslrootcert}, {@code sslcert}, {@code
   * sslkey} and {@code sslpassword}.
   *
   * @throws WalferryException {@code TLS_FAILED} if a file cannot be used; the driver wraps it
   */
  public TlsFactory(Properties properties) throws PSQLException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(clientKeys(properties), trust(properties), null);
      factory = context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw unusable("the Java runtime refuses to set up TLS", e);
    }
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    if (socket instanceof GatheringSocket gathering) {
      gathering.gather();
    }
    return super.createSocket(socket, host, port, autoClose);
  }

  private static KeyManager[] clientKeys(Properties properties) throws GeneralSecurityException {
    Optional<Path> certificate = path(properties, PGProperty.SSL_CERT);
    Optional<Path> key = path(properties, PGProperty.SSL_KEY);
    Optional<Secret> password =
        Optional.ofNullable(PGProperty.SSL_PASSWORD.getOrDefault(properties)).map(Secret::new);
    return key.isPresent() || certificate.isPresent()
        ? new ClientCertificate(certificate, key, password).keyManagers()
        : new KeyManager[0];
  }

  private static TrustManager[] trust(Properties properties)
      throws GeneralSecurityException, PSQLException {
    if (!SslMode.of(properties).verifyCertificate()) {
      return new TrustManager[] {new NonValidatingTM()};
    }
    Optional<Path> root = path(properties, PGProperty.SSL_ROOT_CERT);
    if (root.isEmpty()) {
      throw unusable(
          "no file has the authorities that may vouch for the server: name it with sslrootcert, or"
              + " place it at ~/.postgresql/root.crt; sslrootcert=system takes those of the Java"
              + " runtime");
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    if (root.get().equals(Path.of(SYSTEM))) {
      trust.init((KeyStore) null);
    } else {
      trust.init(authorities(root.get()));
    }
    return trust.getTrustManagers();
  }

  private static KeyStore authorities(Path file) throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw unusable("the Java runtime cannot hold certificates", e);
    }
    for (Certificate certificate : certificates("sslrootcert", file)) {
      store.setCertificateEntry(Integer.toString(store.size()), certificate);
    }
    return store;
  }

  /**
   * The certificates of a file, one at least.
   *
   * @param parameter of libpq that names the file
   */
  static Certificate[] certificates(String parameter, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Certificate[] found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(new Certificate[0]);
      if (found.length > 0) {
        return found;
      }
      throw unusable(parameter + ": there is no certificate in " + file);
    } catch (IOException e) {
      throw unusable(parameter + ": cannot read the file " + file, e);
    } catch (GeneralSecurityException e) {
      throw unusable(parameter + ": there is no certificate in PEM or DER in " + file, e);
    }
  }

  static WalferryException unusable(String problem) {
    return new WalferryException(ErrorCode.TLS_FAILED, problem);
  }

  static WalferryException unusable(String problem, Exception cause) {
    return new WalferryException(ErrorCode.TLS_FAILED, problem, cause);
  }

  private static Optional<Path> path(Properties properties, PGProperty property) {
    return Optional.ofNullable(property.getOrDefault(properties)).map(Path::of);
  }
}
