import LMTensor

/// Runs `body` once with the kernels of every instruction set that this processor has.
///
/// The choice is global; tests that run at the same time then use it too, which changes no law.
public func onEveryInstructionSet(_ body: (InstructionSet) throws -> Void) rethrows {
  defer { Kernels.select(nil) }
  for set in Kernels.available {
    Kernels.select(set)
    try body(set)
  }
}
