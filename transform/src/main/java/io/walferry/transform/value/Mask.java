package io.walferry.transform.value;

import java.util.Arrays;

/**
 * Shows the first and last characters of a value and puts another character in the place of each
 * one between them. A value that is no longer than what is shown is hidden whole.
 *
 * @param first how many characters at the beginning are shown
 * @param last how many at the end
 * @param codePoint what takes the place of the others
 */
public record Mask(int first, int last, int codePoint) implements ValueTransform {
  @Override
  public String apply(String text) {
    int[] characters = text.codePoints().toArray();
    boolean isShort = characters.length <= (long) first + last;
    int from = isShort ? 0 : first;
    int to = isShort ? characters.length : characters.length - last;
    Arrays.fill(characters, from, to, codePoint);
    return new String(characters, 0, characters.length);
  }

  @Override
  public boolean keepsApart() {
    return false;
  }

  @Override
  public String word() {
    return "mask";
  }
}
