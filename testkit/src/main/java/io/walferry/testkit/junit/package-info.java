/** Servers of PostgreSQL, MySQL, MariaDB and Kafka as parameters of JUnit tests. */
@NullMarked
package io.walferry.testkit.junit;

import org.jspecify.annotations.NullMarked;
