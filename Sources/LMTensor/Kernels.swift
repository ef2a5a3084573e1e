import CLMKernels
import Synchronization

/// The table of inner loops in use: the best one of this processor, capped by `LM_ISA`.
public enum Kernels {
  /// Index of a table forced by tests, or -1.
  private static let forced = Atomic<Int>(-1)
  private static let best = Table(pointer: lm_kernels_best())

  private struct Table: @unchecked Sendable {
    let pointer: UnsafePointer<lm_kernels>
  }

  /// The functions, as C sees them.
  public static var table: UnsafePointer<lm_kernels> {
    let index = forced.load(ordering: .relaxed)
    guard index >= 0, let table = lm_kernels_for(lm_isa(UInt32(index))) else { return best.pointer }
    return table
  }

  /// The instruction sets that this processor has, plainest first.
  public static var available: [InstructionSet] {
    InstructionSet.allCases.filter { lm_kernels_for(lm_isa(UInt32($0.rawValue))) != nil }
  }

  /// The instruction set of ``table``.
  public static var instructionSet: InstructionSet {
    InstructionSet(rawValue: Int(table.pointee.isa.rawValue)) ?? .scalar
  }

  /// Uses the table of `instructionSet` from now on, or the best one when nil. For tests and benchmarks.
  package static func select(_ instructionSet: InstructionSet?) {
    forced.store(instructionSet?.rawValue ?? -1, ordering: .relaxed)
  }
}

/// Instruction sets that have kernels of their own.
public enum InstructionSet: Int, CaseIterable, Sendable {
  /// Plain C, 4 lanes: SSE2 or NEON by the compiler.
  case scalar = 0
  /// AVX2 and FMA, 8 lanes.
  case avx2 = 1
  /// AVX-512, 16 lanes.
  case avx512 = 2
  /// AVX-512 with bf16 and int8 dot products.
  case avx512bf16 = 3
  /// NEON with bf16 dot products, 4 lanes.
  case neonbf16 = 4
}

extension Kernels {
  /// Whether products of bf16 operands are faster here than those of float32.
  public static var hasFastBFloat16: Bool { table.pointee.bf16_dot != 0 }
}
