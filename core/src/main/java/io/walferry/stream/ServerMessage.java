package io.walferry.stream;

import java.nio.charset.StandardCharsets;

/**
 * An ErrorResponse or NoticeResponse: fields of one type byte and a zero-terminated text each.
 * Detail and hint are left out, since they can show values.
 *
 * @param severity in English, whatever language the server speaks
 * @param state the SQLSTATE
 */
record ServerMessage(String severity, String state, String text) {
  static ServerMessage read(byte[] buffer, int start, int length) {
    String severity = "";
    String state = "";
    String text = "";
    int at = start;
    int end = start + length;
    while (at < end && buffer[at] != 0) {
      byte type = buffer[at++];
      int fieldStart = at;
      while (at < end && buffer[at] != 0) {
        at++;
      }
      String field = new String(buffer, fieldStart, at - fieldStart, StandardCharsets.UTF_8);
      at++;
      switch (type) {
        case 'V' -> severity = field;
        case 'C' -> state = field;
        case 'M' -> text = field;
        default -> {}
      }
    }
    return new ServerMessage(severity, state, text);
  }
}
