package io.walferry.publication;

import java.util.List;

/**
 * What one identifier may be: characters, and marks for any one or any number of them.
 *
 * @param symbols code points or the marks {@link #ANY_ONE} and {@link #ANY_NUMBER}
 */
record NamePattern(List<Integer> symbols) {
  private static final int ANY_ONE = -1;
  private static final int ANY_NUMBER = -2;

  NamePattern {
    symbols = List.copyOf(symbols);
  }

  static NamePattern literal(String name) {
    return new NamePattern(name.codePoints().boxed().toList());
  }

  static NamePattern glob(String text) {
    return new NamePattern(
        text.codePoints()
            .map(c -> c == '*' ? ANY_NUMBER : c == '?' ? ANY_ONE : c)
            .boxed()
            .toList());
  }

  boolean isLiteral() {
    return !symbols.contains(ANY_ONE) && !symbols.contains(ANY_NUMBER);
  }

  /** Of one that is literal: the name. */
  String text() {
    return symbols.stream()
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Goes back to the last {@code *} only, so that no pattern takes long. */
  boolean matches(String name) {
    int[] points = name.codePoints().toArray();
    int symbol = 0;
    int point = 0;
    int afterStar = -1;
    int starEnd = 0;
    while (point < points.length) {
      int wanted = symbol < symbols.size() ? symbols.get(symbol) : Integer.MIN_VALUE;
      if (wanted == ANY_NUMBER) {
        afterStar = ++symbol;
        starEnd = point;
      } else if (wanted == ANY_ONE || wanted == points[point]) {
        symbol++;
        point++;
      } else if (afterStar >= 0) {
        symbol = afterStar;
        point = ++starEnd;
      } else {
        return false;
      }
    }
    while (symbol < symbols.size() && symbols.get(symbol) == ANY_NUMBER) {
      symbol++;
    }
    return symbol == symbols.size();
  }
}
