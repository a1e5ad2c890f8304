package io.walferry.cli.config;

/** Where a setting was made. */
public sealed interface Place {
  /** Line and column count from 1. */
  record InFile(int line, int column) implements Place {
    @Override
    public String toString() {
      return "line " + line + ", column " + column;
    }
  }

  /** An environment variable. */
  record InEnvironment(String variable) implements Place {
    @Override
    public String toString() {
      return "environment variable " + variable;
    }
  }
}
