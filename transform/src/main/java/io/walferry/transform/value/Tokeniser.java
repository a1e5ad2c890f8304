package io.walferry.transform.value;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts another value of the same format in a value's place: a digit for each digit, a letter of the
 * same case for each letter of ASCII, other letters for letters; everything else stays where it is.
 *
 * <p>Values of one format are permuted under a key, so different values stay different and keys may
 * be tokenised. The permutation is an alternating Feistel network of {@value #ROUNDS} rounds over
 * the characters as digits of a number of mixed bases, with HMAC-SHA-256 as its round function and
 * the format in each round. That is the construction of the FFX family (as FF1 is), which knows one
 * base only; it is not FF1 itself and no standard. Longer values are cut into blocks of {@value
 * #BLOCK} characters, each of which depends on those before it.
 *
 * <p>Whoever has the key could turn a token back. Who has it not can still guess where a format has
 * few values: four digits have 10,000.
 */
public final class Tokeniser implements ValueTransform {
  private static final int ROUNDS = 10;

  /** Half of it, in the largest base, is far less than a hash, so that remainders are even. */
  private static final int BLOCK = 32;

  private final SecretKey key;

  /**
   * Tokenises under this key.
   *
   * @throws IllegalArgumentException if it is shorter than 16 bytes
   */
  public Tokeniser(String key) {
    this.key = SecretKey.of(key).derived("walferry tokenise 1");
  }

  @Override
  public String apply(String text) {
    int[] characters = text.codePoints().toArray();
    List<Integer> places = new ArrayList<>();
    int[] format = characters.clone();
    for (int i = 0; i < characters.length; i++) {
      Alphabet alphabet = Alphabet.of(characters[i]);
      format[i] = alphabet.base();
      if (!alphabet.isFixed()) {
        places.add(i);
      }
    }
    String shape = new String(format, 0, format.length);
    byte[] before = key.hash(shape.getBytes(StandardCharsets.UTF_8));
    for (int from = 0; from < places.size(); from += BLOCK) {
      List<Integer> block = places.subList(from, Math.min(places.size(), from + BLOCK));
      permute(characters, block, before);
      before = key.hash(joined(before, utf8(characters, block)));
    }
    return new String(characters, 0, characters.length);
  }

  /** Both halves take turns: each round moves one by what the other one says. */
  private void permute(int[] characters, List<Integer> block, byte[] tweak) {
    int middle = block.size() / 2;
    Half left = Half.of(characters, block.subList(0, middle));
    Half right = Half.of(characters, block.subList(middle, block.size()));
    for (int round = 0; round < ROUNDS; round++) {
      if (round % 2 == 0) {
        right = right.movedBy(moves(round, tweak, left.value()));
      } else {
        left = left.movedBy(moves(round, tweak, right.value()));
      }
    }
    left.writeTo(characters);
    right.writeTo(characters);
  }

  private BigInteger moves(int round, byte[] tweak, BigInteger other) {
    byte[] half = other.toByteArray();
    byte[] message =
        ByteBuffer.allocate(1 + tweak.length + half.length)
            .put((byte) round)
            .put(tweak)
            .put(half)
            .array();
    return new BigInteger(1, key.hash(message));
  }

  private static byte[] utf8(int[] characters, List<Integer> places) {
    StringBuilder text = new StringBuilder();
    places.forEach(place -> text.appendCodePoint(characters[place]));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  @Override
  public boolean keepsApart() {
    return true;
  }

  @Override
  public String word() {
    return "tokenise";
  }

  /**
   * Some characters as one number.
   *
   * @param places where they are
   * @param alphabets of each
   */
  private record Half(List<Integer> places, List<Alphabet> alphabets, BigInteger value) {
    static Half of(int[] characters, List<Integer> places) {
      List<Alphabet> alphabets = places.stream().map(at -> Alphabet.of(characters[at])).toList();
      BigInteger value = BigInteger.ZERO;
      for (int i = 0; i < places.size(); i++) {
        Alphabet alphabet = alphabets.get(i);
        value =
            value
                .multiply(BigInteger.valueOf(alphabet.size()))
                .add(BigInteger.valueOf((long) characters[places.get(i)] - alphabet.base()));
      }
      return new Half(places, alphabets, value);
    }

    Half movedBy(BigInteger distance) {
      BigInteger count = BigInteger.ONE;
      for (Alphabet alphabet : alphabets) {
        count = count.multiply(BigInteger.valueOf(alphabet.size()));
      }
      return new Half(places, alphabets, value.add(distance).mod(count));
    }

    void writeTo(int[] characters) {
      BigInteger rest = value;
      for (int i = places.size() - 1; i >= 0; i--) {
        BigInteger[] parts = rest.divideAndRemainder(BigInteger.valueOf(alphabets.get(i).size()));
        characters[places.get(i)] = alphabets.get(i).base() + parts[1].intValueExact();
        rest = parts[0];
      }
    }
  }
}
