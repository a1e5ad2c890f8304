package io.walferry.cli;

import java.io.PrintStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Results for machines: one JSON document on standard output. */
final class Json {
  private Json() {}

  /** A document that is part of another one. */
  static JsonNode read(String document) {
    return JsonMapper.shared().readTree(document);
  }

  /** Maps, lists, texts, numbers, truth values and records. */
  static void print(PrintStream out, Object value) {
    ObjectWriter writer =
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writer();
    out.println(writer.writeValueAsString(value));
    out.flush();
  }
}
