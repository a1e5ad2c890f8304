package io.walferry.value;

import java.time.ZoneOffset;

/** A {@code timetz}: a time of day with its distance to UTC. */
public record OffsetTimeOfDay(TimeOfDay time, ZoneOffset offset) {}
