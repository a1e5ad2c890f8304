package io.walferry.testkit.workload;

/** A column of the primary key. */
record KeyColumn(String name, String type, KeyMaker maker) {

  /** Makes the value of the n-th key of a writer; no two writers ever share one. */
  @FunctionalInterface
  interface KeyMaker {
    String key(int writer, int number);
  }
}
