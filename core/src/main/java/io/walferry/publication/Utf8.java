package io.walferry.publication;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Row;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** Tells text that is UTF-8 from text that is not. */
public final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';
  private static final long NOT_ASCII = 0x8080808080808080L;

  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Utf8() {}

  /**
   * Returns the columns, counted from 0, in which a row of the change has text that is not UTF-8.
   */
  public static Set<Integer> invalidColumns(Change change) {
    Set<Integer> invalid = new TreeSet<>();
    switch (change) {
      case Change.Insert(var relation, var after) -> add(after, invalid);
      case Change.Update(var relation, var before, var after) -> {
        add(after, invalid);
        add(before, invalid);
      }
      case Change.Delete(var relation, var before) -> add(before, invalid);
      case Change.Truncate truncate -> {}
      case Change.Message message -> {}
    }
    return invalid;
  }

  private static void add(OldRow old, Set<Integer> invalid) {
    switch (old) {
      case OldRow.Full(var row) -> add(row, invalid);
      case OldRow.Key(var row) -> add(row, invalid);
      case OldRow.Absent absent -> {}
    }
  }

  private static void add(Row row, Set<Integer> invalid) {
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.kind(column) == Row.Kind.TEXT && !row.read(column, Utf8::isValid)) {
        invalid.add(column);
      }
    }
  }

  /** Returns the columns, counted from 0, in which the row has text that is not UTF-8. */
  public static Set<Integer> invalidColumns(Row row) {
    Set<Integer> invalid = new TreeSet<>();
    add(row, invalid);
    return invalid;
  }

  /**
   * Returns the columns, counted from 0, of a line of a {@code COPY … TO} as text that are not
   * UTF-8. What escapes and separates values is ASCII.
   */
  public static Set<Integer> invalidColumns(byte[] line) {
    Set<Integer> invalid = new TreeSet<>();
    int from = isValid(line, 0, line.length) ? line.length : 0;
    for (int column = 0; from < line.length; column++) {
      int to = from;
      while (to < line.length && line[to] != '\t') {
        to++;
      }
      if (!isValid(line, from, to - from)) {
        invalid.add(column);
      }
      from = to + 1;
    }
    return invalid;
  }

  private static boolean isValid(byte[] bytes, int start, int length) {
    if (isAscii(bytes, start, length)) {
      return true;
    }
    String text = new String(bytes, start, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return true;
    }
    // It may be there by its own right.
    byte[] again = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(again, 0, again.length, bytes, start, start + length);
  }

  private static boolean isAscii(byte[] bytes, int start, int length) {
    int end = start + length;
    int at = start;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      if (((long) INT64.get(bytes, at) & NOT_ASCII) != 0) {
        return false;
      }
    }
    for (; at < end; at++) {
      if (bytes[at] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the bytes with U+FFFD for those that are none; nothing of ASCII is replaced. */
  public static byte[] replaced(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
  }
}
