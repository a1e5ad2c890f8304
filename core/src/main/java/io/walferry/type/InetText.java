package io.walferry.type;

import io.walferry.value.Bytes;
import java.util.Arrays;

/** Addresses as PostgreSQL prints them. Java's own parser could ask a name server. */
final class InetText {
  private static final int WORDS = 8;

  private InetText() {}

  static Bytes read(ByteInput in) {
    byte[] bytes = new byte[16];
    int dot = 0;
    while (in.peek(dot) >= '0' && in.peek(dot) <= '9') {
      dot++;
    }
    if (in.peek(dot) == '.') {
      readFour(in, bytes, 0);
      return Bytes.copyOf(bytes, 0, 4);
    }
    readSixteen(in, bytes);
    return Bytes.of(bytes);
  }

  private static void readFour(ByteInput in, byte[] into, int at) {
    for (int i = 0; i < 4; i++) {
      if (i > 0) {
        in.expect('.');
      }
      into[at + i] = (byte) in.digits(1, 255);
    }
  }

  private static void readSixteen(ByteInput in, byte[] into) {
    int at = 0;
    int gap = -1;
    if (in.peek() == ':') {
      in.expect(':');
      in.expect(':');
      gap = 0;
    }
    while (at < into.length && in.peek() != '/' && !in.atEnd()) {
      if (at <= 12 && isDotted(in)) {
        readFour(in, into, at);
        at += 4;
        break;
      }
      int word = word(in);
      into[at] = (byte) (word >> 8);
      into[at + 1] = (byte) word;
      at += 2;
      if (at < into.length && in.skipIf(':') && in.peek() == ':' && gap < 0) {
        in.skip(1);
        gap = at;
      }
    }
    if (gap < 0 ? at != into.length : at > into.length - 2) {
      throw in.malformed("an address of 16 bytes before it");
    }
    if (gap >= 0) {
      int moved = at - gap;
      System.arraycopy(into, gap, into, into.length - moved, moved);
      Arrays.fill(into, gap, into.length - moved, (byte) 0);
    }
  }

  private static boolean isDotted(ByteInput in) {
    int length = 0;
    while (in.peek(length) >= '0' && in.peek(length) <= '9') {
      length++;
    }
    return in.peek(length) == '.';
  }

  private static int word(ByteInput in) {
    int word = in.hexDigit();
    for (int digits = 1; digits < 4 && isHex(in.peek()); digits++) {
      word = word << 4 | in.hexDigit();
    }
    return word;
  }

  private static boolean isHex(int character) {
    return Character.digit(character, 16) >= 0;
  }

  static String print(Bytes address) {
    if (address.length() == 4) {
      return printFour(address, 0);
    }
    int[] words = new int[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = ((address.at(2 * i) & 0xFF) << 8) | (address.at(2 * i + 1) & 0xFF);
    }
    Zeros zeros = longest(words);
    boolean embedded =
        zeros.start == 0 && (zeros.length == 6 || (zeros.length == 5 && words[5] == 0xFFFF));
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < WORDS; i++) {
      if (zeros.contains(i)) {
        out.append(i == zeros.start ? ":" : "");
        continue;
      }
      out.append(i > 0 ? ":" : "");
      if (i == 6 && embedded) {
        return out.append(printFour(address, 12)).toString();
      }
      out.append(Integer.toHexString(words[i]));
    }
    return out.append(zeros.start + zeros.length == WORDS ? ":" : "").toString();
  }

  private static String printFour(Bytes address, int from) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      out.append(i > 0 ? "." : "").append(address.at(from + i) & 0xFF);
    }
    return out.toString();
  }

  private record Zeros(int start, int length) {
    boolean contains(int word) {
      return word >= start && word < start + length;
    }
  }

  /** The first of the longest runs of zeros that are two words at least. */
  private static Zeros longest(int[] words) {
    Zeros best = new Zeros(-2, 1);
    for (int start = 0; start < WORDS; start++) {
      int length = 0;
      while (start + length < WORDS && words[start + length] == 0) {
        length++;
      }
      if (length > best.length) {
        best = new Zeros(start, length);
      }
    }
    return best;
  }
}
