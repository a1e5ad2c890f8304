package io.walferry.pgoutput;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes written down readably: {@code 'I' 00004001 "name"} is a character, hexadecimal digits and a
 * zero-terminated string; {@code 'text'} may be longer than one character.
 */
final class MessageBytes {
  private static final Pattern TOKEN = Pattern.compile("'([^']*)'|\"([^\"]*)\"|([0-9A-F]+)");

  private MessageBytes() {}

  static byte[] of(String notation) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Matcher token = TOKEN.matcher(notation); token.find(); ) {
      if (token.group(1) != null) {
        bytes.writeBytes(token.group(1).getBytes(StandardCharsets.UTF_8));
      } else if (token.group(2) != null) {
        bytes.writeBytes(token.group(2).getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
      } else {
        bytes.writeBytes(HexFormat.of().parseHex(token.group(3)));
      }
    }
    return bytes.toByteArray();
  }
}
