package io.walferry.transform.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ValueTransformTest {
  private static final String KEY = "0123456789abcdef";

  /** Computed by openssl dgst -sha256 -hmac. */
  @Test
  void hmacIsWhatOthersComputeToo() {
    assertEquals(
        "ef0080e4ab69f60ee5c1e0174c8787a7c7cff0e8ce23539807a123c16ba485be",
        new Hmac("key-key-key-key-").apply("The quick brown fox jumps over the lazy dog"));
  }

  @Test
  void shortKeysAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Hmac("fifteen-bytes-x"));
    assertThrows(IllegalArgumentException.class, () -> new Tokeniser("short"));
  }

  @Test
  void aMaskHidesShortValuesWhole() {
    Mask mask = new Mask(2, 4, '*');
    assertEquals("CH**************7890", mask.apply("CH931234567890127890"));
    assertEquals("******", mask.apply("123456"));
    assertEquals("", mask.apply(""));
    assertEquals("*", mask.apply("\uD83D\uDE00"));
  }

  @Test
  void tokensKeepTheirFormat() {
    Tokeniser tokeniser = new Tokeniser(KEY);
    for (String value :
        List.of("+41 79 123-45-67", "Ada.Lovelace@example.com", "", "--", "Z\u00fcrich 8001")) {
      String token = tokeniser.apply(value);
      assertEquals(shape(value), shape(token));
      assertEquals(token, new Tokeniser(KEY).apply(value), "another time");
    }
    assertNotEquals(
        tokeniser.apply("4111111111111111"),
        new Tokeniser("fedcba9876543210").apply("4111111111111111"));
  }

  private static String shape(String text) {
    return text.replaceAll("[0-9]", "0")
        .replaceAll("[a-z]", "a")
        .replaceAll("[A-Z]", "A")
        .replaceAll("[\u00c0-\u00ff]", "\u00e0");
  }

  @Test
  void differentValuesHaveDifferentTokens() {
    Tokeniser tokeniser = new Tokeniser(KEY);
    Set<String> tokens = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      tokens.add(tokeniser.apply("%04d".formatted(i)));
    }
    assertEquals(10_000, tokens.size(), "a permutation of all four digits");
    Set<String> ofLong = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      ofLong.add(tokeniser.apply("x".repeat(70) + "%03d".formatted(i)));
      ofLong.add(tokeniser.apply("%03d".formatted(i) + "x".repeat(70)));
    }
    assertEquals(2000, ofLong.size());
  }
}
