package io.walferry.json;

/**
 * Strings in JSON: writes them, and reads text back that is as it was written here, piece by piece
 * from its beginning. Not for several threads.
 */
public final class JsonText {
  private final String text;
  private int at;

  /** Text to read. */
  public JsonText(String text) {
    this.text = text;
  }

  /** A string with its quotes. */
  public static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /**
   * What {@link #quoted} has made a string of.
   *
   * @throws IllegalArgumentException if it has not
   */
  public static String unquoted(String quoted) {
    JsonText text = new JsonText(quoted);
    String value = text.string();
    text.end();
    return value;
  }

  /** Whether this comes next. */
  public boolean isNext(String wanted) {
    return text.startsWith(wanted, at);
  }

  /**
   * Passes over what has to come next.
   *
   * @throws IllegalArgumentException if something else does
   */
  public void expect(String wanted) {
    if (!isNext(wanted)) {
      throw new IllegalArgumentException("The text is not as it was written");
    }
    at += wanted.length();
  }

  /**
   * Sees that nothing is left.
   *
   * @throws IllegalArgumentException if something is
   */
  public void end() {
    if (at < text.length()) {
      throw new IllegalArgumentException("The text goes on behind its end");
    }
  }

  /**
   * A string, as {@link #quoted} writes it.
   *
   * @throws IllegalArgumentException if something else comes next
   */
  public String string() {
    expect("\"");
    StringBuilder value = new StringBuilder();
    while (charAt(at) != '"') {
      value.append(character());
    }
    at++;
    return value.toString();
  }

  private char character() {
    char c = charAt(at++);
    if (c != '\\') {
      return c;
    }
    char escaped = charAt(at++);
    if (escaped != 'u') {
      return escaped;
    }
    charAt(at + 3);
    at += 4;
    return (char) Integer.parseInt(text, at - 4, at, 16);
  }

  private char charAt(int index) {
    if (index >= text.length()) {
      throw new IllegalArgumentException("The text ends early");
    }
    return text.charAt(index);
  }
}
