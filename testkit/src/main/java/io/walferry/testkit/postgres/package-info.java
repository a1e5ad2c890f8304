/** Embedded PostgreSQL servers, 10 to 18, that die with the JVM that started them. */
@NullMarked
package io.walferry.testkit.postgres;

import org.jspecify.annotations.NullMarked;
