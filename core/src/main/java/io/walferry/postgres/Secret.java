package io.walferry.postgres;

/** A text that must not be seen: it prints as nothing, so that no log or message can show it. */
public record Secret(String reveal) {
  @Override
  public String toString() {
    return "***";
  }
}
