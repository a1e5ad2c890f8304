/** One table of cases for PostgreSQL's types, for whoever reads or writes their values. */
@NullMarked
package io.walferry.testkit.type;

import org.jspecify.annotations.NullMarked;
