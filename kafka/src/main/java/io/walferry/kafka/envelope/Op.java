package io.walferry.kafka.envelope;

/** What has happened to a row, or to all rows of a table; by Debezium's letters. */
public enum Op {
  /** A row that was there already. */
  READ("r"),
  CREATE("c"),
  UPDATE("u"),
  DELETE("d"),
  /** A table that was emptied. */
  TRUNCATE("t"),
  /** A logical message. */
  MESSAGE("m");

  private final String letter;

  Op(String letter) {
    this.letter = letter;
  }

  public String letter() {
    return letter;
  }
}
