package io.walferry.kafka;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PasswordSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How brokers are known, and how we are known by them. All files are PEM, and are read again
 * whenever the cluster is opened.
 *
 * @param authorities who may vouch for a broker; those of the Java runtime if empty
 * @param certificate ours, with those between it and an authority behind it
 * @param key of our certificate, PKCS #8
 * @param keyPassword of the key, if it is encrypted
 */
public record TlsSettings(
    Optional<Path> authorities,
    Optional<Path> certificate,
    Optional<Path> key,
    PasswordSource keyPassword) {
  /** The authorities of the Java runtime, and no certificate of ours. */
  public static final TlsSettings DEFAULT =
      new TlsSettings(Optional.empty(), Optional.empty(), Optional.empty(), PasswordSource.none());

  private static final String PEM = "PEM";

  /** What clients are told, with the files' contents as of now. */
  Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>();
    authorities.ifPresent(
        file -> {
          properties.put("ssl.truststore.type", PEM);
          properties.put("ssl.truststore.certificates", text(file));
        });
    certificate.ifPresent(
        file -> {
          properties.put("ssl.keystore.type", PEM);
          properties.put("ssl.keystore.certificate.chain", text(file));
        });
    key.ifPresent(file -> properties.put("ssl.keystore.key", text(file)));
    keyPassword.ask().ifPresent(secret -> properties.put("ssl.key.password", secret.reveal()));
    return properties;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_REFUSED, "could not read the file " + file, e);
    }
  }
}
