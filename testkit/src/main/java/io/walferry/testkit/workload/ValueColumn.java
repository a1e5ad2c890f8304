package io.walferry.testkit.workload;

/** A column outside of the key: its name, its type in DDL, and what it may hold. */
record ValueColumn(String name, String type, Sampler sampler) {}
