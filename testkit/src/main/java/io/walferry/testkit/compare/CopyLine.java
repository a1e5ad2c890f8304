package io.walferry.testkit.compare;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One line of COPY's text format; that format shows every type's own output, char(n) included. */
final class CopyLine {
  private CopyLine() {}

  /** The fields of a line, with or without its newline; an empty one is NULL. */
  static List<Optional<String>> fields(byte[] line) {
    int end = line.length > 0 && line[line.length - 1] == '\n' ? line.length - 1 : line.length;
    var fields = new ArrayList<Optional<String>>();
    int from = 0;
    for (int i = 0; i <= end; i++) {
      if (i == end || line[i] == '\t') {
        fields.add(field(line, from, i));
        from = i + 1;
      }
    }
    return fields;
  }

  private static Optional<String> field(byte[] line, int from, int to) {
    if (to - from == 2 && line[from] == '\\' && line[from + 1] == 'N') {
      return Optional.empty();
    }
    var bytes = new ByteArrayOutputStream(to - from);
    for (int i = from; i < to; i++) {
      boolean escaped = line[i] == '\\' && i + 1 < to;
      bytes.write(escaped ? unescaped(line[++i]) : line[i]);
    }
    return Optional.of(bytes.toString(StandardCharsets.UTF_8));
  }

  private static int unescaped(byte character) {
    return switch (character) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0B;
      default -> character;
    };
  }
}
