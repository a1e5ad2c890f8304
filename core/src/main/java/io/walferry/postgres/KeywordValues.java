package io.walferry.postgres;

import java.util.LinkedHashMap;
import java.util.Map;

/** Reads libpq's {@code host=db user=me password='it''s'} form, in one pass. */
final class KeywordValues {
  private final String text;
  private final Map<String, String> pairs = new LinkedHashMap<>();
  private int at;

  private KeywordValues(String text) {
    this.text = text;
  }

  static Map<String, String> parse(String text) {
    KeywordValues reader = new KeywordValues(text);
    reader.skipSpace();
    while (reader.at < text.length()) {
      reader.readPair();
      reader.skipSpace();
    }
    return reader.pairs;
  }

  private void readPair() {
    String where = "part " + (pairs.size() + 1);
    int start = at;
    while (at < text.length() && text.charAt(at) != '=' && !space(text.charAt(at))) {
      at++;
    }
    String key = text.substring(start, at);
    skipSpace();
    if (key.isEmpty() || at == text.length() || text.charAt(at) != '=') {
      throw InvalidConnectionText.because(
          where + " is not key=value (and the text is no postgresql:// URL)");
    }
    at++;
    skipSpace();
    boolean quoted = at < text.length() && text.charAt(at) == '\'';
    pairs.put(key, quoted ? quotedValue(where) : plainValue());
  }

  private String plainValue() {
    StringBuilder value = new StringBuilder();
    while (at < text.length() && !space(text.charAt(at))) {
      appendCharacter(value);
    }
    return value.toString();
  }

  private String quotedValue(String where) {
    StringBuilder value = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '\'') {
      appendCharacter(value);
    }
    if (at == text.length()) {
      throw InvalidConnectionText.because("the quoted value of " + where + " has no closing quote");
    }
    at++;
    return value.toString();
  }

  /** A backslash makes the next character literal; at the very end it stands for nothing. */
  private void appendCharacter(StringBuilder value) {
    if (text.charAt(at) == '\\') {
      at++;
    }
    if (at < text.length()) {
      value.append(text.charAt(at));
      at++;
    }
  }

  private void skipSpace() {
    while (at < text.length() && space(text.charAt(at))) {
      at++;
    }
  }

  private static boolean space(char character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
  }
}
