package io.walferry.testkit.workload;

import java.util.List;
import java.util.Random;

/** Text that careless quoting, escaping or decoding would damage. */
final class AwkwardText {
  static final List<String> VALUES =
      List.of(
          "",
          " ",
          "'",
          "''); drop table students; --",
          "\\",
          "\\N",
          "\\.",
          "\\x41",
          "\"quoted\"",
          "tab\tnew\nline\r\nend",
          "trailing blanks   ",
          "null",
          "NULL",
          "{1,NULL}",
          "$1 ? :name %s {}",
          "\u0001\b\u007f",
          "\uFEFFbyte order mark",
          "Grüße, naïve café",
          "e\u0301 combined",
          "日本語テキスト",
          "שלום \u202Eabc",
          "😀𝄞👩\u200D👩\u200D👧");

  private static final int[] FIRST_OF_PLANE = {0x20, 0xA1, 0x400, 0x4E00, 0x1F300, 0x20000};
  private static final int PLANE_SAMPLE = 90;

  private AwkwardText() {}

  static String codePoints(Random random, int length) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int first = FIRST_OF_PLANE[random.nextInt(FIRST_OF_PLANE.length)];
      text.appendCodePoint(first + random.nextInt(PLANE_SAMPLE));
    }
    return text.toString();
  }

  static String ascii(Random random, int length) {
    var text = new StringBuilder(length);
    while (text.length() < length) {
      text.append(Long.toString(random.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX));
    }
    return text.substring(0, length);
  }
}
