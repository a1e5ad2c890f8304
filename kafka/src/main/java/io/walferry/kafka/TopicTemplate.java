package io.walferry.kafka;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of topics with {@code {pipeline}}, {@code {schema}} and {@code {table}} in them. Characters
 * of a schema or table that a topic's name cannot have become underscores, as with Debezium.
 */
public record TopicTemplate(String text) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)\\}");
  private static final Pattern ILLEGAL = Pattern.compile("[^A-Za-z0-9._-]");
  private static final int LENGTH_MAX = 249;

  /**
   * Checks a template for tables.
   *
   * @throws IllegalArgumentException with what is wrong with it
   */
  public static TopicTemplate ofTables(String text) {
    return checked(text, "table", "pipeline|schema|table");
  }

  /**
   * Checks a template for what a pipeline has once.
   *
   * @throws IllegalArgumentException with what is wrong with it
   */
  public static TopicTemplate ofPipeline(String text) {
    return checked(text, "pipeline", "pipeline");
  }

  private static TopicTemplate checked(String text, String needed, String known) {
    if (!text.contains("{" + needed + "}")) {
      throw new IllegalArgumentException(
          "needs {" + needed + "}, or several of them would share a topic");
    }
    Matcher placeholder = PLACEHOLDER.matcher(text);
    while (placeholder.find()) {
      if (!placeholder.group(1).matches(known)) {
        throw new IllegalArgumentException(
            "has {%s}, but may have {%s} only"
                .formatted(placeholder.group(1), known.replace("|", "}, {")));
      }
    }
    if (ILLEGAL.matcher(placeholder.replaceAll("")).find()) {
      throw new IllegalArgumentException(
          "may have letters, digits, '.', '_' and '-' beside its places");
    }
    return new TopicTemplate(text);
  }

  /**
   * The topic of a table.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE} if the name is longer than Kafka allows
   */
  String of(String pipeline, TableId table) {
    return within(
        of(pipeline)
            .replace("{schema}", legal(table.schema()))
            .replace("{table}", legal(table.name())),
        "table " + table);
  }

  /** The topic of a pipeline. */
  String of(String pipeline) {
    return text.replace("{pipeline}", pipeline);
  }

  private static String legal(String name) {
    return ILLEGAL.matcher(name).replaceAll("_");
  }

  private static String within(String topic, String what) {
    if (topic.length() > LENGTH_MAX) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "The topic of %s would have a name of %d characters; Kafka allows %d"
              .formatted(what, topic.length(), LENGTH_MAX));
    }
    return topic;
  }
}
