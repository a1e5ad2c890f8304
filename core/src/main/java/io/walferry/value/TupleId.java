package io.walferry.value;

/** A {@code tid}: where a row version lies, as in {@code (42,7)}. */
public record TupleId(long block, int offset) {}
