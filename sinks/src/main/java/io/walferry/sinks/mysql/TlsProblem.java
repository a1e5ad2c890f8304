package io.walferry.sinks.mysql;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why there is no session where TLS was asked for or refused, in words that say what to do. */
enum TlsProblem {
  SERVER_WITHOUT(
      "the server has no TLS; turn it on there, or set sslmode=disable, which sends rows and"
          + " passwords in the clear"),
  SERVER_TAKES_NOTHING_ELSE("the server takes no session without TLS; set sslmode=require"),
  PASSWORD_NEEDS_IT(
      "the user's password is checked by a plug-in that needs TLS, as caching_sha2_password; set"
          + " sslmode=require"),
  UNKNOWN_AUTHORITY(
      "the server's certificate is not signed by an authority of sslrootcert, or of the JDK"
          + " without one; name a file with those that sign it, such as the server's ca.pem"),
  AUTHORITIES_UNREADABLE("the file of sslrootcert cannot be read as certificates in PEM"),
  OTHER_HOST(
      "the server's certificate is for another host than the connection string names;"
          + " sslmode=verify-ca does not look at the host"),
  HANDSHAKE("the TLS handshake failed");

  private static final int SECURE_TRANSPORT_REQUIRED = 3159;

  private final String words;

  TlsProblem(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /** Empty if the failure has nothing to do with TLS. The driver's own failures have no numbers. */
  static Optional<TlsProblem> of(SQLException failure) {
    if (failure.getErrorCode() == SECURE_TRANSPORT_REQUIRED) {
      return Optional.of(SERVER_TAKES_NOTHING_ELSE);
    }
    if (failure.getErrorCode() > 0) {
      return Optional.empty();
    }
    String message = String.valueOf(failure.getMessage());
    if (message.contains("ssl not enabled in the server")) {
      return Optional.of(SERVER_WITHOUT);
    }
    if (message.contains("RSA public key")) {
      return Optional.of(PASSWORD_NEEDS_IT);
    }
    if (message.contains("Self signed certificates")) {
      return Optional.of(UNKNOWN_AUTHORITY);
    }
    if (message.contains("Failed load keyStore")) {
      return Optional.of(AUTHORITIES_UNREADABLE);
    }
    if (message.contains("hostname verification failed")) {
      return Optional.of(OTHER_HOST);
    }
    return inHandshake(failure);
  }

  private static Optional<TlsProblem> inHandshake(SQLException failure) {
    boolean handshake = String.valueOf(failure.getMessage()).contains("SSL");
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException
          || cause instanceof CertPathValidatorException) {
        return Optional.of(UNKNOWN_AUTHORITY);
      }
      handshake |= cause instanceof SSLException;
    }
    return handshake ? Optional.of(HANDSHAKE) : Optional.empty();
  }
}
