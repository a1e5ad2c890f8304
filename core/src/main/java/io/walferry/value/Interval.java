package io.walferry.value;

/**
 * An {@code interval} as PostgreSQL keeps it: three numbers that do not turn into each other, since
 * months and days have no fixed length. {@code 1 day} and {@code 24 hours} are not equal here.
 */
public record Interval(int months, int days, long microseconds) {}
