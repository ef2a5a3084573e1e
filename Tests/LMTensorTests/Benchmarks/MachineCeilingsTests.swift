import CLMKernels
import LMRuntime
import LMTensor
import LMTestSupport
import Testing

@Suite struct MachineCeilingsTests {
  /// The tables themselves: choosing one for the process would disturb tests that run at the same time.
  static var tables: [(InstructionSet, lm_kernels)] {
    Kernels.available.compactMap { set in
      lm_kernels_for(lm_isa(UInt32(set.rawValue))).map { (set, $0.pointee) }
    }
  }

  @Test func `the f32 loop makes every round of every sum`() {
    for (set, table) in Self.tables {
      let state = Tensor([Int(LM_PEAK_STATE)])
      for index in 0..<state.elementCount { state.floats[index] = 0.25 + Float(index) / 1024 }
      let before = state.toArray()
      let lanes = table.lanes
      let operations = table.peak_f32(7, state.floats.baseAddress)
      let sums = operations / (7 * 2 * lanes)
      #expect(operations == 7 * 2 * lanes * sums && sums >= 10)
      for index in 0..<sums * lanes {
        let lane = index % lanes
        let expected = (0..<7).reduce(Double(before[2 * lanes + index])) { sum, _ in
          sum * Double(before[lane]) + Double(before[lanes + lane])
        }
        // Seven roundings of 2⁻²⁴ each, of values below 4.
        #expect(abs(Double(state.floats[2 * lanes + index]) - expected) < 4e-6, "\(set)")
      }
      #expect(
        table.peak_f32(1_000_000, state.floats.baseAddress) == 1_000_000 * 2 * lanes * sums)
      #expect(state.floats.allSatisfy { $0.isFinite })
    }
  }

  @Test func `reading visits every word once, whatever the pattern`() {
    let words = 3 * 8 * 16 + 8 * 16
    let memory = Tensor([words])
    let bits = memory.pointer.assumingMemoryBound(to: UInt32.self)
    for index in 0..<words { bits[index] = UInt32(truncatingIfNeeded: index &* 2_654_435_761) ^ 0xA5A5 }
    let expected = (0..<words).reduce(UInt32(0)) { $0 ^ bits[$1] }
    for (set, table) in Self.tables {
      for streams in [1, 2, 4, 8] {
        for ahead in [0, 512] {
          #expect(
            table.read_bytes(memory.pointer, words * 4, streams, ahead) == expected,
            "\(set) \(streams)")
        }
      }
    }
  }

  @Test func `an instruction set has the ceilings of its products`() {
    let ceilings = MachineCeilings.measure(readBytes: 1 << 20, secondsPerRepeat: 1e-4, repeats: 3)
    #expect(ceilings.float32.best >= ceilings.float32.median && ceilings.float32.median > 1e8)
    #expect(ceilings.memoryRead.best >= ceilings.memoryRead.median && ceilings.memoryRead.median > 1e7)
    #expect((ceilings.bfloat16 != nil) == (ceilings.instructionSet == .avx512bf16))
    #expect((ceilings.int8 != nil) == (ceilings.instructionSet == .avx512bf16))
    #expect(ceilings.operations(.bfloat16) == (ceilings.bfloat16 ?? ceilings.float32).best)
  }

  @Test(arguments: [1, 2, 3, 8]) func `fork and join are measured with any number of threads`(threads: Int) {
    let cost = ForkJoinCost.measure(ThreadPool(threads: threads), runs: 50)
    #expect(cost.emptyJob.best <= cost.emptyJob.median && cost.meeting.best <= cost.meeting.median)
    // Other programs may take every processor for a while, but not during each of 50 jobs.
    #expect(cost.emptyJob.best < 1e-3)
  }

  @Test func `best and median of times`() {
    let timing = RepeatedTiming([3, 1, 2, 5])
    #expect(timing.best == 1 && timing.median == 3)
    var runs = (resets: 0, bodies: 0)
    let measured = RepeatedTiming.measure(least: 0, reset: { runs.resets += 1 }, { runs.bodies += 1 })
    #expect(runs == (6, 6) && measured.best <= measured.median)
  }
}
