// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;

/**
 * What the JDK remembers of records. Up to Java 18 the handles that equals and hashCode of records are made of hold on to the record class
 * they were made for last, and with it the class loader of a bundle that may have been replaced since (seen with 17.0.15). Who makes those
 * methods for a class of its own takes that place.
 */
final class LinkedRecords {
    private record Linked(Linked other) {}

    private LinkedRecords() {}

    /** Lets go of records of other bundles. */
    static void forget() {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            MethodHandle other = lookup.findGetter(Linked.class, "other", Linked.class);
            for (MethodType type : new MethodType[] {
                MethodType.methodType(boolean.class, Linked.class, Object.class),
                MethodType.methodType(int.class, Linked.class)
            }) {
                String name = type.returnType() == int.class ? "hashCode" : "equals";
                ObjectMethods.bootstrap(lookup, name, type, Linked.class, "other", other);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("equals and hashCode of a record cannot be made", e);
        }
    }
}
