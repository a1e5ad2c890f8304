package io.walferry.transform.value;

/**
 * The characters that one may be exchanged for: digits for digits, letters of ASCII for letters of
 * the same case, and others for those of their block of 64 in Unicode. The ranges are written down
 * here and not asked of the Java runtime, whose Unicode moves on: what was tokenised once is to be
 * tokenised the same way for ever.
 *
 * @param base the first character
 * @param size how many there are; 1 for a character that stays
 */
record Alphabet(int base, int size) {
  private static final Alphabet DIGITS = new Alphabet('0', 10);
  private static final Alphabet UPPER = new Alphabet('A', 26);
  private static final Alphabet LOWER = new Alphabet('a', 26);
  private static final int BLOCK = 64;

  static Alphabet of(int character) {
    if (character >= '0' && character <= '9') {
      return DIGITS;
    }
    if (character >= 'A' && character <= 'Z') {
      return UPPER;
    }
    if (character >= 'a' && character <= 'z') {
      return LOWER;
    }
    return isLetterLike(character)
        ? new Alphabet(character & -BLOCK, BLOCK)
        : new Alphabet(character, 1);
  }

  /** Not the punctuation of Latin-1, nor symbols, East Asian punctuation and pictures. */
  private static boolean isLetterLike(int character) {
    return character >= 0xC0
        && !(character >= 0x2000 && character < 0x2C00)
        && !(character >= 0x3000 && character < 0x3040)
        && !(character >= 0xD800 && character < 0xE000)
        && !(character >= 0x1F000 && character < 0x1FB00);
  }

  boolean isFixed() {
    return size == 1;
  }
}
