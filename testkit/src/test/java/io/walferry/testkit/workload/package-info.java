@NullMarked
package io.walferry.testkit.workload;

import org.jspecify.annotations.NullMarked;
