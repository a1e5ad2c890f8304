package io.walferry.postgres;

import io.walferry.error.WalferryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the password of a connection comes from. It is asked once for each new connection, so that
 * tokens that expire and passwords that are changed need no restart: a feed whose connection ends
 * asks again when it returns. A first load asks once for each of its readers.
 *
 * <p>It is called by the thread that connects, by several at once, and may block; nothing is held
 * meanwhile. What it throws is a failure to connect: a {@link WalferryException} keeps its code,
 * and so decides whether the feed tries again; anything else counts as {@code
 * PASSWORD_UNAVAILABLE}, which may pass. Neither message nor cause may show a secret, and {@link
 * Object#toString} must not either.
 */
@FunctionalInterface
public interface PasswordSource {
  /** The password as of now; empty to connect without one. */
  Optional<Secret> ask();

  /** No password: the server trusts us, or takes a certificate. */
  static PasswordSource none() {
    return new FixedPassword(Optional.empty());
  }

  /** Always the same. */
  static PasswordSource of(Secret secret) {
    return new FixedPassword(Optional.of(secret));
  }

  /** The text of a file, without a line break at its end; read again each time. */
  static PasswordSource file(Path path) {
    return new SecretFile(path);
  }

  /**
   * What a program prints, without a line break at its end; run again each time. It runs without a
   * shell, with this process's environment and no input. What it prints is never shown, neither is
   * its standard error.
   *
   * @param words the program and its arguments
   * @param atMost after this time it is killed
   */
  static PasswordSource command(List<String> words, Duration atMost) {
    return new PasswordCommand(words, atMost);
  }
}
