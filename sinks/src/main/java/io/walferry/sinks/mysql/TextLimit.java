package io.walferry.sinks.mysql;

/**
 * How long texts of a column may be. A server refuses a longer one, but if all that is too much are
 * spaces, it cuts them off with no more than a note.
 *
 * @param max in bytes, or in characters
 */
record TextLimit(long max, boolean inBytes) {
  /** Holds where a column takes more than there can be, or is none of texts. */
  static final TextLimit NONE = new TextLimit(Long.MAX_VALUE, true);

  /** Tells whether a text in UTF-8 is longer, and ends with a space. */
  boolean isCut(byte[] text, int start, int length) {
    return length > 0
        && text[start + length - 1] == ' '
        && length > max
        && (inBytes || characters(text, start, length) > max);
  }

  private static int characters(byte[] text, int start, int length) {
    int characters = 0;
    for (int i = start; i < start + length; i++) {
      boolean continues = (text[i] & 0xC0) == 0x80;
      characters += continues ? 0 : 1;
    }
    return characters;
  }
}
