package io.walferry.transform;

/** A column that the source does not have, or that takes the place of one that it has. */
public sealed interface NewColumn {
  /** The same text in every row. */
  record Constant(String text) implements NewColumn {
    /** Shows no value. */
    @Override
    public String toString() {
      return "Constant";
    }
  }

  /** What an expression in CEL gives for each row; its type follows from it. */
  record Computed(String expression) implements NewColumn {}
}
