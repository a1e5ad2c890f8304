@NullMarked
package io.walferry.testkit.junit;

import org.jspecify.annotations.NullMarked;
