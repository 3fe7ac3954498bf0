// Finalizers by which Kubernetes holds an owner until its dependents are dealt with; the garbage collector removes them.

export const foregroundFinalizer = "foregroundDeletion";
export const orphanFinalizer = "orphan";
