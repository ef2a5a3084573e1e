import LMTensor
import Testing

@Suite struct DTypeTests {
  /// Bits per element, from ggml's definitions of the blocks.
  @Test func `blocks have ggml's sizes`() {
    let bits: [DType: Double] = [
      .float32: 32, .bfloat16: 16, .float16: 16, .q8_0: 8.5, .q4_0: 4.5, .q4_1: 5, .q5_0: 5.5, .q5_1: 6,
      .q2_K: 2.625, .q3_K: 3.4375, .q4_K: 4.5, .q5_K: 5.5, .q6_K: 6.5625, .iq4_NL: 4.5,
    ]
    for type in DType.allCases {
      #expect(Double(type.blockByteCount * 8) / Double(type.blockSize) == bits[type], "\(type)")
      #expect(type.blockSize == (type.rawValue.hasSuffix("_K") ? 256 : type.isQuantized ? 32 : 1))
    }
  }

  @Test func `tensors of blocks know their bytes, rows and shapes`() {
    let tensor = Tensor([6, 512], dtype: .q4_K)
    #expect(tensor.byteCount == 6 * 288)
    #expect(tensor.rows(2..<4).byteOffset == 2 * 288)
    #expect(tensor.rows(2..<4).byteCount == 2 * 288)
    #expect(tensor.reshaped([2, 3, 512]).rows(1..<2).byteOffset == 3 * 288)
    #expect(Tensor([0, 32], dtype: .q8_0).byteCount == 0)
  }

  @Test func `sizes that are not whole blocks are refused`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([4, 100], dtype: .q8_0) }
    await #expect(processExitsWith: .failure) { _ = Tensor([2, 256], dtype: .q6_K).reshaped([4, 128]) }
    await #expect(processExitsWith: .failure) { _ = DType.q8_0.byteCount }
    await #expect(processExitsWith: .failure) { _ = DType.float16.kernelType }
    await #expect(processExitsWith: .failure) { _ = Tensor([32], dtype: .q8_0).converted(to: .q4_0) }
  }
}
