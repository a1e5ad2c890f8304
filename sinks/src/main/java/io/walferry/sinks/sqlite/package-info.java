/** A SQLite database file as a destination. */
@NullMarked
package io.walferry.sinks.sqlite;

import org.jspecify.annotations.NullMarked;
