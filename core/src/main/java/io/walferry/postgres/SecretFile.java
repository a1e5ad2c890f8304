package io.walferry.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file that holds a password and nothing else. */
record SecretFile(Path path) implements PasswordSource {
  @Override
  public Optional<Secret> ask() {
    try {
      return Optional.of(Secret.withoutLineBreak(Files.readString(path)));
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.PASSWORD_UNAVAILABLE, "cannot read the password in " + path, e);
    }
  }
}
