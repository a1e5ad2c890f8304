package io.walferry.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walferry.json.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Flat JSON objects of strings: the keys and values of the position's topic. */
final class Documents {
  private Documents() {}

  static byte[] encode(Map<String, String> members) {
    StringJoiner text = new StringJoiner(",", "{", "}");
    members.forEach(
        (name, value) -> text.add(JsonText.quoted(name) + ":" + JsonText.quoted(value)));
    return text.toString().getBytes(UTF_8);
  }

  /**
   * What was encoded.
   *
   * @throws IllegalArgumentException if it was not
   */
  static Map<String, String> decode(byte[] document) {
    JsonText text = new JsonText(new String(document, UTF_8));
    Map<String, String> members = new LinkedHashMap<>();
    text.expect("{");
    while (!text.isNext("}")) {
      if (!members.isEmpty()) {
        text.expect(",");
      }
      String name = text.string();
      text.expect(":");
      members.put(name, text.string());
    }
    text.expect("}");
    text.end();
    return members;
  }

  /**
   * A member that has to be there.
   *
   * @throws IllegalArgumentException if it is not
   */
  static String require(Map<String, String> members, String name) {
    String value = members.get(name);
    if (value == null) {
      throw new IllegalArgumentException("The member " + name + " is missing");
    }
    return value;
  }
}
