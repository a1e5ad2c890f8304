package io.walferry.postgres;

/** A text that must not be seen: it prints as nothing, so that no log or message can show it. */
public record Secret(String reveal) {
  /** The line break at the end of a file is the editor's, not the secret's. */
  public static Secret withoutLineBreak(String text) {
    return new Secret(text.replaceAll("\\R\\z", ""));
  }

  @Override
  public String toString() {
    return "***";
  }
}
