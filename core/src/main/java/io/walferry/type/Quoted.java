package io.walferry.type;

import java.io.ByteArrayOutputStream;

/** Parts of a text between double quotes, without the escapes in them. */
final class Quoted {
  private Quoted() {}

  /** As in arrays and hstore: a backslash comes before a quote or a backslash. */
  static ByteInput backslashed(ByteInput in) {
    return read(in, false);
  }

  /** As in ranges and composites: quotes and backslashes come twice. */
  static ByteInput doubled(ByteInput in) {
    return read(in, true);
  }

  private static ByteInput read(ByteInput in, boolean doubled) {
    in.expect('"');
    int plain = 0;
    while (in.peek(plain) != '"' && in.peek(plain) != '\\' && in.peek(plain) != ByteInput.END) {
      plain++;
    }
    if (in.peek(plain) == '"' && !(doubled && in.peek(plain + 1) == '"')) {
      ByteInput part = in.part(plain);
      in.skip(1);
      return part;
    }
    return unescaped(in, doubled);
  }

  private static ByteInput unescaped(ByteInput in, boolean doubled) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (true) {
      int next = in.next();
      if (next == '"' && !(doubled && in.skipIf('"'))) {
        return new ByteInput(bytes.toByteArray(), 0, bytes.size());
      }
      bytes.write(next == '\\' ? in.next() : next);
    }
  }

  /**
   * The text as it stands in a range or composite: in quotes if it is empty or has a quote, a
   * backslash, a blank or one of the given marks in it.
   */
  static String ifNeeded(String text, String marks) {
    boolean plain =
        !text.isEmpty()
            && text.chars()
                .noneMatch(c -> "\"\\ \t\n\u000B\f\r".indexOf(c) >= 0 || marks.indexOf(c) >= 0);
    return plain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\"\"") + '"';
  }
}
