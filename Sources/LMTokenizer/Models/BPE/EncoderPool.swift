import Synchronization

/// Encoders that rest between calls with their caches warm: as many as calls have run at the same time.
final class EncoderPool: Sendable {
  private let model: BPEModel
  private let resting = Mutex<[Resting]>([])

  /// An encoder that no thread uses; whoever takes it out of the list has it alone.
  private struct Resting: @unchecked Sendable {
    let encoder: BPEEncoder
  }

  init(_ model: BPEModel) { self.model = model }

  /// Runs `body` with an encoder that no other thread uses meanwhile.
  func withEncoder<Result: ~Copyable>(_ body: (BPEEncoder) throws -> Result) rethrows -> Result {
    let taken = resting.withLock { $0.popLast() } ?? Resting(encoder: BPEEncoder(model))
    defer { resting.withLock { $0.append(taken) } }
    return try body(taken.encoder)
  }
}
