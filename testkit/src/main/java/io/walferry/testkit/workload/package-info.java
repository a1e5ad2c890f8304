/** Seeded changes to a database: a nasty workload for tests, a friendly one for eyes. */
@NullMarked
package io.walferry.testkit.workload;

import org.jspecify.annotations.NullMarked;
