package io.walferry.postgres;

import java.util.Optional;

/** A password that was given once, or none. */
record FixedPassword(Optional<Secret> secret) implements PasswordSource {
  @Override
  public Optional<Secret> ask() {
    return secret;
  }
}
