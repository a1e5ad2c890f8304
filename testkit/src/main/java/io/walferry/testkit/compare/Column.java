package io.walferry.testkit.compare;

/**
 * A column of the source.
 *
 * @param type the catalog's name of the type, such as {@code int4}; that of the base for a domain
 * @param keyPosition place in the primary key from 1, or 0 outside of it
 */
record Column(String name, String type, int keyPosition) {}
