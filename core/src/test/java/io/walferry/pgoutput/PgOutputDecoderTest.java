package io.walferry.pgoutput;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

final class PgOutputDecoderTest {
  static final List<DecodedCase> CASES = DecodedCase.ALL;

  /**
   * Bytes that are refused.
   *
   * @param expected a part of the message
   */
  record RefusedCase(
      String name, int protocol, boolean insideStream, String notation, String expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final List<RefusedCase> REFUSED =
      List.of(
          new RefusedCase(
              "unknown tag",
              4,
              false,
              "'X'",
              "pgoutput message, byte 0: expected a message type, but got the byte 0x58"),
          new RefusedCase("tag above 127", 4, false, "FF", "but got the byte 0xff"),
          new RefusedCase("tag zero", 4, false, "00", "but got the byte 0x0"),
          new RefusedCase(
              "stream in protocol 1",
              1,
              false,
              "'S' 00000009 01",
              "expected protocol 2 or later, but got protocol 1"),
          new RefusedCase(
              "two-phase in protocol 2",
              2,
              false,
              "'b' 0000000000000001 0000000000000002 0000000000000000 00000009 \"g\"",
              "expected protocol 3"),
          new RefusedCase("stop outside a stream", 2, false, "'E'", "inside a stream block"),
          new RefusedCase(
              "begin inside a stream",
              2,
              true,
              "'B' 0000000016B2E580 0000000000000000 000002E5",
              "outside a stream block"),
          new RefusedCase(
              "stream inside a stream", 2, true, "'S' 00000009 01", "outside a stream block"),
          new RefusedCase("first-segment flag 2", 2, false, "'S' 00000009 02", "flags within 0x1"),
          new RefusedCase(
              "commit flags",
              1,
              false,
              "'C' 01 0000000000000001 0000000000000002 0000000000000000",
              "Commit message, byte 1: expected flags within 0x0, but got the byte 0x1"),
          new RefusedCase(
              "stream commit flags",
              2,
              false,
              "'c' 00000009 80 0000000000000001 0000000000000002 0000000000000000",
              "Stream Commit message, byte 5"),
          new RefusedCase(
              "prepare flags",
              3,
              false,
              "'P' 01 0000000000000001 0000000000000002 0000000000000000 00000009 \"g\"",
              "flags within"),
          new RefusedCase(
              "commit prepared flags",
              3,
              false,
              "'K' 01 0000000000000001 0000000000000002 0000000000000000 00000009 \"g\"",
              "flags within"),
          new RefusedCase(
              "rollback prepared flags",
              3,
              false,
              "'r' 01 0000000000000001 0000000000000002 0000000000000000 0000000000000000 00000009"
                  + " \"g\"",
              "flags within"),
          new RefusedCase(
              "stream prepare flags",
              3,
              false,
              "'p' 01 0000000000000001 0000000000000002 0000000000000000 00000009 \"g\"",
              "flags within"),
          new RefusedCase(
              "abort point in protocol 3",
              3,
              false,
              "'A' 00000009 0000000A 0000000000000003 0000000000000000",
              "the end of the message, but got 16 more bytes"),
          new RefusedCase(
              "truncate flags", 1, false, "'T' 00000001 04 00004001", "flags within 0x3"),
          new RefusedCase(
              "truncate of nothing",
              1,
              false,
              "'T' 00000000 00",
              "byte 1: expected as many relations as 0 bytes hold, but got 0"),
          new RefusedCase(
              "truncate of more than is there", 1, false, "'T' 00000002 00 00004001", "but got 2"),
          new RefusedCase(
              "truncate count that overflows",
              1,
              false,
              "'T' 40000001 00 00004001",
              "but got 1073741825"),
          new RefusedCase(
              "truncate count below zero", 1, false, "'T' FFFFFFFF 00 00004001", "but got -1"),
          new RefusedCase(
              "message flags",
              1,
              false,
              "'M' 02 0000000000000007 \"p\" 00000000",
              "flags within 0x1"),
          new RefusedCase(
              "message without a place",
              1,
              false,
              "'M' 00 0000000000000000 \"p\" 00000000",
              "Message message, byte 2: expected the end of a record, but got 0/0"),
          new RefusedCase(
              "message length below zero",
              1,
              false,
              "'M' 00 0000000000000007 \"p\" FFFFFFFF",
              "Message message, byte 12: expected a length of 0 to 0, but got -1"),
          new RefusedCase(
              "message length too great",
              1,
              false,
              "'M' 00 0000000000000007 \"p\" 7FFFFFFF 00",
              "expected a length of 0 to 1, but got 2147483647"),
          new RefusedCase(
              "insert of an old row", 1, false, "'I' 00004001 'K' 0000", "N for the new row"),
          new RefusedCase(
              "update without new row",
              1,
              false,
              "'U' 00004001 'K' 0000 'O' 0000",
              "N for the new row"),
          new RefusedCase(
              "update of two old rows",
              1,
              false,
              "'U' 00004001 'K' 0000 'K' 0000 'N' 0000",
              "N for the new row"),
          new RefusedCase(
              "delete of a new row", 1, false, "'D' 00004001 'N' 0000", "K or O for the old row"),
          new RefusedCase(
              "columns below zero",
              1,
              false,
              "'I' 00004001 'N' FFFF",
              "expected 0 to 1600 columns, but got -1"),
          new RefusedCase(
              "more columns than a table has", 1, false, "'I' 00004001 'N' 0641", "but got 1601"),
          new RefusedCase(
              "more columns than bytes",
              1,
              false,
              "'I' 00004001 'N' 0640 'n'",
              "expected 1600 columns, but got 1 bytes"),
          new RefusedCase(
              "unknown kind of column",
              1,
              false,
              "'I' 00004001 'N' 0002 'n' 'x'",
              "Insert message, byte 9: expected n, u, t or b for a column, but got the byte 0x78"),
          new RefusedCase(
              "column length below zero",
              1,
              false,
              "'I' 00004001 'N' 0001 't' FFFFFFFF",
              "Insert message, byte 9: expected a length of 0 to 0, but got -1"),
          new RefusedCase(
              "column length too great",
              1,
              false,
              "'I' 00004001 'N' 0001 'b' 7FFFFFFF 00",
              "but got 2147483647"),
          new RefusedCase(
              "unknown replica identity",
              1,
              false,
              "'R' 00000001 \"s\" \"t\" 'x' 0000",
              "a replica identity d, n, f or i, but got the byte 0x78"),
          new RefusedCase(
              "column flags",
              1,
              false,
              "'R' 00000001 \"s\" \"t\" 'd' 0001 02 \"c\" 00000017 FFFFFFFF",
              "flags within 0x1"),
          new RefusedCase(
              "relation columns below zero",
              1,
              false,
              "'R' 00000001 \"s\" \"t\" 'd' 8000",
              "but got -32768"),
          new RefusedCase(
              "name without end",
              1,
              false,
              "'O' 0000000000000005 'paris'",
              "Origin message, byte 9: expected a zero-terminated string"),
          new RefusedCase(
              "name that is not UTF-8",
              1,
              false,
              "'O' 0000000000000005 FFFE 00",
              "Origin message, byte 9: expected a name in UTF-8, but got malformed bytes"));

  @ParameterizedTest
  @FieldSource("CASES")
  void decodesEveryMessage(DecodedCase c) {
    byte[] bytes = c.bytes();

    assertEquals(c.message(), c.decoder().decode(bytes, 0, bytes.length));
  }

  @ParameterizedTest
  @FieldSource("CASES")
  void decodesInTheMiddleOfALargerBuffer(DecodedCase c) {
    byte[] bytes = c.bytes();
    byte[] buffer = new byte[bytes.length + 20];
    Arrays.fill(buffer, (byte) 't');
    System.arraycopy(bytes, 0, buffer, 7, bytes.length);

    assertEquals(c.message(), c.decoder().decode(buffer, 7, bytes.length));
  }

  @ParameterizedTest
  @FieldSource("CASES")
  void refusesEveryMessageThatIsCutShort(DecodedCase c) {
    byte[] bytes = c.bytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      if (!isShortAbort(c, length)) {
        assertThrows(ProtocolException.class, () -> c.decoder().decode(cut, 0, cut.length));
        assertThrows(
            ProtocolException.class,
            () -> c.decoder().decode(bytes, 0, cut.length),
            "reads behind the end");
      }
    }
  }

  /** Cut at that place, an abort is a whole one without the abort point. */
  private static boolean isShortAbort(DecodedCase c, int length) {
    return c.protocol() == 4 && c.name().equals("stream abort, parallel") && length == 9;
  }

  @ParameterizedTest
  @FieldSource("CASES")
  void refusesTrailingBytes(DecodedCase c) {
    byte[] longer = Arrays.copyOf(c.bytes(), c.bytes().length + 1);

    assertThrows(ProtocolException.class, () -> c.decoder().decode(longer, 0, longer.length));
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void refusesWithTypePlaceAndReason(RefusedCase c) {
    byte[] bytes = MessageBytes.of(c.notation());
    PgOutputDecoder decoder =
        new DecodedCase(
                "", c.protocol(), c.insideStream(), "", PgOutputMessage.StreamStop.STREAM_STOP)
            .decoder();

    ProtocolException e =
        assertThrows(ProtocolException.class, () -> decoder.decode(bytes, 0, bytes.length));

    assertTrue(e.toString().contains(c.expected()), e.toString());
  }

  static Stream<Integer> unknownProtocols() {
    return Stream.of(Integer.MIN_VALUE, 0, 5);
  }

  @ParameterizedTest
  @MethodSource("unknownProtocols")
  void knowsProtocolsOneToFourOnly(int version) {
    assertThrows(IllegalArgumentException.class, () -> new PgOutputDecoder(version));
  }

  @Test
  void aRefusedMessageLeavesTheDecoderAsItWas() {
    PgOutputDecoder decoder = new PgOutputDecoder(2);
    byte[] trailing = MessageBytes.of("'S' 00000009 01 00");
    assertThrows(ProtocolException.class, () -> decoder.decode(trailing, 0, trailing.length));

    byte[] insert = MessageBytes.of("'I' 00004001 'N' 0000");

    assertTrue(((PgOutputMessage.Insert) decoder.decode(insert, 0, 8)).streamXid().isEmpty());
  }

  @Test
  void messagesCarryNoXidAfterTheStreamBlock() {
    PgOutputDecoder decoder = new PgOutputDecoder(2);
    decoder.decode(MessageBytes.of("'S' 00000009 01"), 0, 6);
    decoder.decode(MessageBytes.of("'E'"), 0, 1);
    byte[] insert = MessageBytes.of("'I' 00004001 'N' 0000");

    assertTrue(((PgOutputMessage.Insert) decoder.decode(insert, 0, 8)).streamXid().isEmpty());
  }

  @Test
  void noTextOfARowGetsIntoAMessage() {
    byte[] insert = MessageBytes.of("'I' 00004001 'N' 0002 't' 00000006 'secret' 'q'");

    ProtocolException e =
        assertThrows(
            ProtocolException.class, () -> new PgOutputDecoder(1).decode(insert, 0, insert.length));

    assertFalse(e.toString().contains("secret"), e.toString());
    assertEquals(19, e.offset());
  }
}
